/** Helm itself, in this process: the only package that calls the vendor's library. */
package io.macpool.gitops.helm;

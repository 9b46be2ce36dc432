/**
 * Holds one GitHub Actions runner scale set: each job gets a runner on an instance of its own,
 * which is destroyed at its end.
 */
package io.macpool.scaleset;

/** The stages of GitLab Runner's custom executor, each a process of its own. */
package io.macpool.cli.gitlab;

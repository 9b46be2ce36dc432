/**
 * What searches orders of steps, and what a harness is made of. A harness stands in the package of
 * the class that it looks at.
 */
package io.macpool.interleavings;

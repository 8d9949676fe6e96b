/**
 * The demonstration: a swarm on one machine, each peer a process of its own that is run by {@code flotilla run} and
 * asked by the same control protocol as by hand. {@link dev.flotilla.peer.demo.Demo} is the story.
 */
@NullMarked
package dev.flotilla.peer.demo;

import org.jspecify.annotations.NullMarked;

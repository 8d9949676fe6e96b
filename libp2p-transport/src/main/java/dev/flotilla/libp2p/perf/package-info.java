/**
 * The perf protocol (libp2p spec, perf): who opens the stream says in eight bytes, big-endian, how many bytes it wants,
 * sends as many as it likes, and ends its output; the other side reads to that end, and then sends what was wanted. {@link
 * dev.flotilla.libp2p.perf.Perf} measures by it, and answers where it is attached: it is no default service, since it
 * gives bandwidth away.
 */
@NullMarked
package dev.flotilla.libp2p.perf;

import org.jspecify.annotations.NullMarked;

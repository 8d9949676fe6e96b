/**
 * What single parts of a peer cost, by JMH: the core alone, the logs alone, the codecs alone.
 *
 * <p>They tell where a change of the whole comes from; they do not tell how fast a peer is. Each checks, before or after
 * it is measured, that it did what it claims to measure.
 */
@NullMarked
package dev.flotilla.benchmark.micro;

import org.jspecify.annotations.NullMarked;

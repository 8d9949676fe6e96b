/**
 * The small encodings that all of libp2p shares (multiformats, unsigned-varint): numbers of 7 bits a byte, least
 * significant group first, at most 9 bytes, in their shortest form.
 */
@NullMarked
package dev.flotilla.libp2p.multiformats;

import org.jspecify.annotations.NullMarked;

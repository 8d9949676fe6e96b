/**
 * Messages on a stream, each behind its length as a varint: the form in which relay, DCUtR and AutoNAT talk (libp2p
 * specifications, "length-prefixed protobuf").
 */
@NullMarked
package dev.flotilla.libp2p.delimited;

import org.jspecify.annotations.NullMarked;

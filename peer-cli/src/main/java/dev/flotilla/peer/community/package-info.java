/**
 * The JSON document that a community agrees on. {@link dev.flotilla.peer.community.DocumentMachine} applies
 * {@linkplain dev.flotilla.peer.community.JsonPatch JSON Patches} (RFC 6902) in the order of the log: a patch is applied
 * as a whole or not at all, and every member comes to the same verdict, since a verdict follows from the document, the
 * patch and the constants in {@link dev.flotilla.peer.community.DocumentLimits} alone.
 *
 * <p>Documents are never changed: a change copies the containers on the way to what it changes and shares the rest.
 * So a document that was handed out stays as it was, and capturing one costs nothing.
 *
 * <p>The changes themselves are made by Eclipse Parsson (Jakarta JSON), which {@link dev.flotilla.peer.community.Place}
 * keeps as strict as the RFCs. Of the others, zjsonpatch 0.6.2 reads {@code ~02} as an equals sign and
 * {@code name=value} as a search (RFC 6901 §4), Johnzon 2.0.2 loses empty names in pointers, and
 * json-patch 1.13 takes {@code +1} for an index, moves what is not there, and copies the document at each operation.
 */
@NullMarked
package dev.flotilla.peer.community;

import org.jspecify.annotations.NullMarked;

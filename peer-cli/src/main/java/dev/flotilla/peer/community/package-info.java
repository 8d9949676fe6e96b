/**
 * The JSON document that a community agrees on. {@link dev.flotilla.peer.community.DocumentMachine} applies
 * {@linkplain dev.flotilla.peer.community.JsonPatch JSON Patches} (RFC 6902) in the order of the log: a patch is applied
 * as a whole or not at all, and every member comes to the same verdict, since a verdict follows from the document, the
 * patch and the constants in {@link dev.flotilla.peer.community.DocumentLimits} alone.
 *
 * <p>Documents are never changed: a change copies the containers on the way to what it changes and shares the rest.
 * So a document that was handed out stays as it was, and capturing one costs nothing.
 *
 * <p>The patches are applied by this package and not by a library: the one for Jackson that is kept (zjsonpatch) decodes
 * the last part of a pointer twice, against RFC 6902 A.14, compares 1 and 1.0 as different, lets a removal of what is
 * not there pass, and does not tell which operation failed.
 */
@NullMarked
package dev.flotilla.peer.community;

import org.jspecify.annotations.NullMarked;

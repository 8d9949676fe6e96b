/**
 * The log in append-only segments: one write and one fdatasync a round, into space that was allocated before.
 *
 * <p>A segment is a file of zeros with a header; rounds follow each other in it from offset 4096 on. A round is a header
 * with its number, and records: each a head (lengths, checksums, kind, group, term and index) and a payload. Heads have a
 * checksum of their own, so that a damaged payload leaves term and index intact. Every checksum of a head covers the
 * segment's number and the offset too, so that nothing is taken for a record that was not written there.
 *
 * <p>The state is what a replay of all records gives, in their order. The replay may begin at any segment, provided that
 * what is live of those before it was written again behind it: {@code Cleaner} does so with the oldest segment, which is
 * removed then. Whatever ends the life of a record stands behind it and behind all copies of it, so it never goes first.
 *
 * <p>A segment is started when all before it is durable, so only the newest can end in a torn round.
 */
@NullMarked
package dev.flotilla.raft.storage.segment;

import org.jspecify.annotations.NullMarked;

/**
 * Lost quorum: what to do when so many voters are gone for good that the others can agree on nothing any more.
 *
 * <p>One peer that still has the group makes a successor of it: the same entries and snapshot at the same indexes, but
 * another genesis id and itself as the only voter. This is no Raft: it gives up what other peers acknowledged and this
 * one never heard of, and makes good what this one heard of and was never agreed on. So it is done offline, by hand, and
 * in two steps: {@link dev.flotilla.raft.recovery.GroupRecovery#plan} says what would come of it and changes nothing;
 * {@link dev.flotilla.raft.recovery.GroupRecovery#apply} does just that or nothing. The new genesis id sees to it that
 * peers of the old group that come back, each with an old vote and an old log, never have a say in the successor; they
 * join it as newcomers do.
 */
@NullMarked
package dev.flotilla.raft.recovery;

import org.jspecify.annotations.NullMarked;

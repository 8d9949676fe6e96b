/**
 * Client sessions, by which a command is applied at most once, however often it is appended (thesis §6.3): across
 * retries, forwarding, changes of leader, snapshots and restarts.
 *
 * <p>A {@link dev.flotilla.raft.session.SessionTable} is a part of the agreed state: every member that has applied the
 * same entries has the same one, since whatever changes it, expiry included, is an entry and its place in the log.
 * {@link dev.flotilla.raft.session.SessionedMachine} puts it in front of a state machine, which then never sees a
 * duplicate, and in front of its snapshots. A {@link dev.flotilla.raft.session.ClientSession} numbers the commands of
 * one client, and a {@link dev.flotilla.raft.session.Token} lets a command be retried after the client itself crashed.
 */
@NullMarked
package dev.flotilla.raft.session;

import org.jspecify.annotations.NullMarked;

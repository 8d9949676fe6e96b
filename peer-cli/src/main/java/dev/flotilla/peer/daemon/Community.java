package dev.flotilla.peer.daemon;

import dev.flotilla.peer.community.DocumentMachine;
import dev.flotilla.peer.community.Verdict;
import dev.flotilla.raft.RaftGroup;

/**
 * A community that is open on this peer.
 *
 * @param name what this peer calls it
 * @param machine to be looked into by {@link RaftGroup#read} alone
 */
record Community(String name, RaftGroup<Verdict> group, DocumentMachine machine) {}

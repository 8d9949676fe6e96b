/**
 * Bringing one's own parts: a transport over a message queue, a log over plain files, a state machine that keeps its own
 * state. Each is short, is shown in the module's README, runs the contract tests of its port, and carries a group.
 */
@NullMarked
package dev.flotilla.raft.example;

import org.jspecify.annotations.NullMarked;

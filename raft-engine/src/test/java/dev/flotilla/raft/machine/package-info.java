/** What every state machine does, as tests that run unchanged against each. */
@NullMarked
package dev.flotilla.raft.machine;

import org.jspecify.annotations.NullMarked;

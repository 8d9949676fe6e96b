/**
 * What Raft peers say to each other and keep: messages, log entries, configurations, certificates, as plain records.
 *
 * <p>{@link dev.flotilla.raft.message.RaftMessage} is sealed, one record a message, with the names of the Raft paper
 * (figure 2) and thesis. No message names its sender: who sent a frame is what the transport authenticated.
 * {@link dev.flotilla.raft.message.MessageCodec} turns envelopes into bytes and back, and checks every length, range
 * and enum value once, so that nothing behind it has to. This package knows no other of the engine.
 */
@NullMarked
package dev.flotilla.raft.message;

import org.jspecify.annotations.NullMarked;

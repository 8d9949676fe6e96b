/**
 * The subcommands of {@code flotilla}, one class each. A command of the daemon says what it asks for and how the result
 * reads; {@link dev.flotilla.peer.command.DaemonCommand} does the rest.
 */
@NullMarked
package dev.flotilla.peer.command;

import org.jspecify.annotations.NullMarked;

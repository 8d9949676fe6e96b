package dev.flotilla.peer.control;

import java.io.Serial;

/** A command that cannot be done. The message is one line for people: what is wrong and what to do next. */
public final class CommandException extends Exception {
    /** The exit code of a command that failed. */
    public static final int FAILED = 1;

    /** The exit code of a command that was used wrongly. */
    public static final int WRONG_USAGE = 2;

    @Serial
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private CommandException(int exitCode, String message) {
        super(oneLine(message));
        this.exitCode = exitCode;
    }

    /** What was asked for failed. */
    public static CommandException failed(String message) {
        return new CommandException(FAILED, message);
    }

    /** What was asked for makes no sense. */
    public static CommandException usage(String message) {
        return new CommandException(WRONG_USAGE, message);
    }

    /** With the exit code that the daemon gave; one that is none counts as failed. */
    static CommandException of(int exitCode, String message) {
        return new CommandException(exitCode == WRONG_USAGE ? WRONG_USAGE : FAILED, message);
    }

    private static String oneLine(String message) {
        StringBuilder line = new StringBuilder(message.length());
        message.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(line::appendCodePoint);
        return line.toString();
    }

    public int exitCode() {
        return exitCode;
    }

    /** The line. */
    public String line() {
        return String.valueOf(getMessage());
    }
}

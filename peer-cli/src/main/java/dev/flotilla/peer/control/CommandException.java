package dev.flotilla.peer.control;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A command that cannot be done. The message is one line for people: what is wrong and what to do next. */
public final class CommandException extends Exception {
    /** The exit code of a command that failed. */
    public static final int FAILED = 1;

    /** The exit code of a command that was used wrongly. */
    public static final int WRONG_USAGE = 2;

    @Serial
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final @Nullable String retryToken;

    private CommandException(int exitCode, String message, @Nullable String retryToken) {
        super(oneLine(message));
        this.exitCode = exitCode;
        this.retryToken = retryToken;
    }

    /** What was asked for failed. */
    public static CommandException failed(String message) {
        return new CommandException(FAILED, message, null);
    }

    /** What was asked for makes no sense. */
    public static CommandException usage(String message) {
        return new CommandException(WRONG_USAGE, message, null);
    }

    /** Whether what was asked for is done cannot be told; the same again with {@code retryToken} tells, or does it once. */
    public static CommandException unknown(String message, String retryToken) {
        return new CommandException(FAILED, message, retryToken);
    }

    /** As the daemon told it; an exit code that is none counts as failed. */
    static CommandException of(int exitCode, String message, @Nullable String retryToken) {
        return new CommandException(exitCode == WRONG_USAGE ? WRONG_USAGE : FAILED, message, retryToken);
    }

    private static String oneLine(String message) {
        return PrintableText.ofLine(message);
    }

    public int exitCode() {
        return exitCode;
    }

    /** With what the same command may be tried again; null unless it ended as unknown. */
    public @Nullable String retryToken() {
        return retryToken;
    }

    /** The line. */
    public String line() {
        return String.valueOf(getMessage());
    }
}

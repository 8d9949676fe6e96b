package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.PrintableText;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * Where a command prints: text for people, or one line of JSON for each thing that it has to say. Much of it others
 * wrote, members of a community or strangers, so all of it is made {@link PrintableText}.
 */
final class Console {
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    Console(PrintWriter out, PrintWriter err, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
    }

    boolean isJson() {
        return json;
    }

    /** The result, in the form that was asked for. */
    void result(JsonNode value, String text) {
        line(json ? Json.line(value) : text);
    }

    /** A line of the result. */
    void line(String text) {
        print(out, PrintableText.ofLines(text));
    }

    /** Whether what was printed did not all arrive: the disk is full, or nobody reads any more. */
    boolean isBroken() {
        return out.checkError();
    }

    /** Says that {@link #isBroken}, where it can still be read. */
    void broken() {
        print(err, "error: not all of the output could be written");
    }

    /** A remark for people, beside the result. */
    void remark(String text) {
        if (!json) {
            print(err, PrintableText.ofLines(text));
        }
    }

    private static void print(PrintWriter to, String text) {
        to.println(text);
        to.flush();
    }

    /** What went wrong: a line for people, or an object with the member {@code error}. */
    void error(String message) {
        error(message, null);
    }

    /** The same; the object has the member {@code retry} too if there is a token for that. */
    void error(String message, @Nullable String retryToken) {
        if (json) {
            ObjectNode error = Json.object().put("error", message);
            line(Json.line(retryToken == null ? error : error.put("retry", retryToken)));
        } else {
            print(err, "error: " + PrintableText.ofLine(message));
        }
    }
}

package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Json;
import java.io.PrintWriter;

/** Where a command prints: text for people, or one line of JSON for each thing that it has to say. */
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
        out.println(text);
        out.flush();
    }

    /** A remark for people, beside the result. */
    void remark(String text) {
        if (!json) {
            err.println(text);
            err.flush();
        }
    }

    /** What went wrong: a line for people, or an object with the member {@code error}. */
    void error(String message) {
        if (json) {
            line(Json.line(Json.object().put("error", message)));
        } else {
            err.println("error: " + message);
            err.flush();
        }
    }
}

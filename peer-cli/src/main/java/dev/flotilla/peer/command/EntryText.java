package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.PrintableText;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.transport.Bytes;
import java.util.Locale;

/** An entry of the log for people and for programs. */
final class EntryText {
    private static final int TEXT_LENGTH_MAX = 100;

    private EntryText() {}

    static String text(Entry entry) {
        String content = content(entry);
        String shown = content.length() <= TEXT_LENGTH_MAX ? content : content.substring(0, TEXT_LENGTH_MAX) + "..";
        return "  " + entry.id() + " " + kind(entry) + " " + entry.payload().size() + " bytes"
                + (shown.isEmpty() ? "" : " " + shown);
    }

    static ObjectNode json(GenesisId genesis, Entry entry) {
        ObjectNode json = Json.object();
        json.put("group", genesis.toString());
        json.put("index", entry.index());
        json.put("term", entry.term());
        json.put("kind", kind(entry));
        json.put("bytes", entry.payload().size());
        json.put("content", content(entry));
        return json;
    }

    private static String kind(Entry entry) {
        return entry.kind().name().toLowerCase(Locale.ROOT);
    }

    private static String content(Entry entry) {
        try {
            return switch (entry.kind()) {
                case NOOP -> "";
                case CONFIGURATION -> members(EntryCodec.decodeConfiguration(entry.payload()));
                case COMMAND ->
                    entry.isHollow()
                            ? "not here: a witness gets none"
                            : command(EntryCodec.decodeCommand(entry.payload()));
            };
        } catch (MalformedMessageException e) {
            return printable(entry.payload());
        }
    }

    private static String members(Configuration configuration) {
        return "members " + configuration.members();
    }

    private static String command(Command command) {
        return "from " + command.origin() + " " + printable(command.data());
    }

    /** The text if it is one, perhaps behind a byte that names its format; hexadecimal digits if not. */
    private static String printable(Bytes payload) {
        boolean hasFormat = !payload.isEmpty() && payload.at(0) >= 0 && payload.at(0) < ' ';
        Bytes bytes = hasFormat ? payload.slice(1, payload.size() - 1) : payload;
        String text = bytes.utf8();
        boolean isText = Bytes.utf8(text).equals(bytes) && PrintableText.is(text);
        return isText ? text : payload.hex();
    }
}

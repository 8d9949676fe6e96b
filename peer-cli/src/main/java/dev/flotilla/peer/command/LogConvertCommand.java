package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.log.LogConversion;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "convert",
        description =
                "Make a log of the other kind that holds the same, compare both, and put it in the place of the old"
                        + " one. Interrupted at any time, the old one or the new one is in use, and complete.")
final class LogConvertCommand extends PeerCommand {
    @Option(names = "--to", paramLabel = "KIND", required = true, description = "h2 or segments.")
    private String to = "";

    @Option(names = "--keep-old", description = "Keep the old log beside the new one, under its name and .old.")
    private boolean keepOld;

    @Override
    void run(Console console) throws CommandException, IOException {
        LogKind kind;
        try {
            kind = LogKind.parse(to);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
        try (DataDirectory data = DataDirectory.openExisting(directory().path())) {
            LogConversion.Report report = new LogConversion(data, kind, console::remark).run(keepOld);
            console.result(json(report), text(report));
        }
    }

    private static ObjectNode json(LogConversion.Report report) {
        ObjectNode json = Json.object();
        json.put("from", report.from().toString());
        json.put("to", report.to().toString());
        json.put("groups", report.groups());
        json.put("entries", report.entries());
        report.kept().ifPresent(path -> json.put("kept", path.toString()));
        return json;
    }

    private static String text(LogConversion.Report report) {
        return "the log is in " + report.to() + " now: " + report.groups() + " groups, " + report.entries() + " entries"
                + report.kept().map(path -> "; the old one is " + path).orElse("; the old one is gone");
    }
}

package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.log.LogCheck;
import java.io.IOException;
import picocli.CommandLine.Command;

@Command(
        name = "verify",
        description = "Read all of the log and name what is damaged, by file and offset. The exit code is 1 then.")
final class LogVerifyCommand extends PeerCommand {
    @Override
    void run(Console console) throws CommandException, IOException {
        LogCheck check;
        try (DataDirectory data = DataDirectory.openExisting(directory().path())) {
            check = LogCheck.of(data);
        }
        ObjectNode json = Json.object();
        json.put("log", check.kind().toString());
        json.put("groups", check.groups());
        json.put("entries", check.entries());
        check.problems().forEach(json.withArray("/problems")::add);
        check.remarks().forEach(json.withArray("/remarks")::add);
        if (console.isJson()) {
            console.line(Json.line(json));
        } else {
            check.problems().forEach(console::line);
            check.remarks().forEach(console::line);
            console.line("log in " + check.kind() + ": " + check.groups() + " groups, " + check.entries() + " entries, "
                    + (check.problems().isEmpty()
                            ? "no damage"
                            : check.problems().size() + " damaged"));
        }
        if (!check.problems().isEmpty()) {
            throw CommandException.failed(
                    "the log is damaged: " + check.problems().get(0));
        }
    }
}

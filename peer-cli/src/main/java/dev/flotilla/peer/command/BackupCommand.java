package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Backup;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.SmallFile;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "backup",
        description = "Write the document of a community, as all have agreed on it now, to a file that restore reads.")
final class BackupCommand extends DaemonCommand {
    private static final String STANDARD_OUTPUT = "-";

    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to; a file that is there stays as it is. - for standard output"
                    + " (default: COMMUNITY-INDEX.backup.json in this directory).")
    private @Nullable String file;

    @Override
    ObjectNode request() throws CommandException {
        if (file != null && !file.equals(STANDARD_OUTPUT) && Files.exists(Inputs.path(file))) {
            throw isThere(Inputs.path(file));
        }
        return request("backup").put("community", community);
    }

    private static CommandException isThere(Path path) {
        return CommandException.failed(path + " is there already, it stays as it is; name another file");
    }

    @Override
    void print(JsonNode result, Console console) throws CommandException, IOException {
        Backup backup = checked(result);
        if (STANDARD_OUTPUT.equals(file)) {
            console.line(Json.line(result));
            return;
        }
        Path path = file == null ? Path.of(defaultName(backup)) : Inputs.path(file);
        Bytes content = Bytes.utf8(Json.line(result) + "\n");
        write(path, content);
        ObjectNode told = (ObjectNode) result.deepCopy();
        told.remove("document");
        told.put("file", path.toString()).put("bytes", content.size());
        super.print(told, console);
    }

    /** What is written is read first as it will be: a backup that cannot be restored is none. */
    private static Backup checked(JsonNode result) throws CommandException {
        try {
            return Backup.parse(result);
        } catch (IllegalArgumentException e) {
            throw CommandException.failed("nothing was written: the daemon's answer is " + e.getMessage());
        }
    }

    private static String defaultName(Backup backup) {
        String name = backup.community().replaceAll("[^A-Za-z0-9_.-]", "_").replaceAll("^[.-]", "_");
        return name + "-" + backup.index() + ".backup.json";
    }

    private static void write(Path path, Bytes content) throws CommandException {
        try {
            new SmallFile(path).create(content);
        } catch (FileAlreadyExistsException e) {
            throw isThere(path);
        } catch (NoSuchFileException e) {
            throw CommandException.failed("cannot write " + path + ": there is no such directory");
        } catch (IOException e) {
            throw CommandException.failed("cannot write " + path + ": " + e.getMessage());
        }
    }

    @Override
    String text(JsonNode result) {
        return "the document of '" + result.path("community").asText() + "' as of index "
                + result.path("index").asLong() + " is in "
                + result.path("file").asText() + ", "
                + result.path("bytes").asLong() + " bytes";
    }
}

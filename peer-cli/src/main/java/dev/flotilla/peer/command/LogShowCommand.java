package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.log.NodeLog;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "show", description = "Print what the log holds: each group, then its entries.")
final class LogShowCommand extends PeerCommand {
    private static final int PIECE_BYTES = 1 << 20;

    @Option(
            names = "--group",
            paramLabel = "G",
            description = "Only the group whose genesis id begins so (default: all).")
    private String group = "";

    @Option(names = "--from", paramLabel = "I", description = "Entries from this index on (default: the first).")
    private long from = 1;

    @Override
    void run(Console console) throws CommandException, IOException {
        if (from < 1) {
            throw CommandException.usage("--from must be at least 1");
        }
        try (DataDirectory data = DataDirectory.openExisting(directory().path());
                LogStorage log = NodeLog.open(data)) {
            List<GenesisId> shown = log.groups().stream()
                    .filter(genesis -> genesis.toString().startsWith(group))
                    .toList();
            if (shown.isEmpty() && !group.isEmpty()) {
                throw CommandException.failed("no group in the log begins with " + group);
            }
            for (GenesisId genesis : shown) {
                show(log, genesis, console);
            }
        }
    }

    private void show(LogStorage log, GenesisId genesis, Console console) throws IOException {
        StoredGroup stored;
        try {
            stored = log.read(genesis).orElseThrow();
        } catch (DamagedLogException e) {
            ObjectNode json = Json.object().put("group", genesis.toString()).put("damaged", e.getMessage());
            console.result(json, "group " + genesis + " damaged: " + e.getMessage());
            return;
        }
        showGroup(genesis, stored, console);
        LogDamage damage = log.damage(genesis);
        long index = Math.max(from, stored.base().index() + 1);
        while (index <= stored.last().index()) {
            try {
                for (Entry entry : log.entries(genesis, index, Long.MAX_VALUE, PIECE_BYTES)) {
                    console.result(EntryText.json(genesis, entry), EntryText.text(entry));
                    index++;
                }
            } catch (DamagedLogException e) {
                showDamaged(genesis, index, damaged(damage, index), e, console);
                index++;
            }
            damage = log.damage(genesis); // a read may have found more
        }
    }

    private static @Nullable DamagedEntry damaged(LogDamage damage, long index) {
        return damage.entries().stream()
                .filter(entry -> entry.id().index() == index)
                .findFirst()
                .orElse(null);
    }

    private static void showGroup(GenesisId genesis, StoredGroup stored, Console console) {
        ObjectNode json = Json.object();
        json.put("group", genesis.toString());
        json.put("term", stored.hardState().term());
        var votedFor = stored.hardState().votedFor();
        json.put("votedFor", votedFor == null ? null : votedFor.toString());
        json.put("base", stored.base().toString());
        json.put("last", stored.last().toString());
        console.result(
                json,
                "group " + genesis + " term " + stored.hardState().term() + " voted for "
                        + (votedFor == null ? "nobody" : votedFor) + ", entries after " + stored.base() + " up to "
                        + stored.last());
    }

    private static void showDamaged(
            GenesisId genesis, long index, @Nullable DamagedEntry entry, DamagedLogException e, Console console) {
        ObjectNode json = Json.object();
        json.put("group", genesis.toString());
        json.put("index", index);
        if (entry != null) {
            json.put("term", entry.id().term());
        }
        json.put("damaged", e.getMessage());
        console.result(json, "  " + (entry == null ? "?/" + index : entry.id()) + " damaged: " + e.getMessage());
    }
}

package dev.flotilla.raft.storage.log;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Writes all that one log holds into another, and tells whether two hold the same. Never more than a piece in memory. */
final class LogCopy {
    private static final int PIECE_BYTES = 1 << 20;

    private final LogStorage from;
    private final LogStorage to;
    private long entries;

    LogCopy(LogStorage from, LogStorage to) {
        this.from = from;
        this.to = to;
    }

    /** Copies everything into {@code to}, which must be empty; returns how many entries there were. */
    long copy() throws IOException {
        for (GenesisId genesis : from.groups()) {
            StoredGroup group = read(from, genesis);
            to.write(List.of(new GroupWrite.Rebase(genesis, group.hardState(), group.base(), false)));
            for (long index = group.base().index() + 1; index <= group.last().index(); ) {
                List<Entry> piece = piece(from, genesis, index);
                to.write(List.of(new GroupWrite.Append(genesis, group.hardState(), piece)));
                index += piece.size();
                entries += piece.size();
            }
        }
        for (String table : from.tables()) {
            List<GroupWrite> puts = new ArrayList<>();
            for (String key : from.keys(table)) {
                puts.add(new GroupWrite.Put(table, key, Objects.requireNonNull(from.get(table, key))));
            }
            to.write(puts);
        }
        return entries;
    }

    private static StoredGroup read(LogStorage log, GenesisId genesis) throws IOException {
        return log.read(genesis)
                .orElseThrow(() -> new IOException("group " + genesis + " is listed, but is not in the log"));
    }

    private static List<Entry> piece(LogStorage log, GenesisId genesis, long fromIndex) throws IOException {
        List<Entry> piece = log.entries(genesis, fromIndex, Long.MAX_VALUE, PIECE_BYTES);
        if (piece.isEmpty()) {
            throw new IOException("entry " + fromIndex + " of group " + genesis + " is not in the log");
        }
        return piece;
    }

    /** What is not the same in both; empty if everything is. */
    Optional<String> difference() throws IOException {
        if (!from.groups().equals(to.groups())) {
            return Optional.of("the groups");
        }
        if (!from.tables().equals(to.tables())) {
            return Optional.of("the names of the small tables");
        }
        for (GenesisId genesis : from.groups()) {
            if (!read(from, genesis).equals(read(to, genesis)) || !hasSameEntries(genesis)) {
                return Optional.of("group " + genesis);
            }
        }
        for (String table : from.tables()) {
            if (!hasSameValues(table)) {
                return Optional.of("table " + table);
            }
        }
        return Optional.empty();
    }

    private boolean hasSameEntries(GenesisId genesis) throws IOException {
        StoredGroup group = read(from, genesis);
        for (long index = group.base().index() + 1; index <= group.last().index(); ) {
            List<Entry> piece = piece(from, genesis, index);
            if (!piece.equals(piece(to, genesis, index))) {
                return false;
            }
            index += piece.size();
        }
        return true;
    }

    private boolean hasSameValues(String table) throws IOException {
        if (!from.keys(table).equals(to.keys(table))) {
            return false;
        }
        for (String key : from.keys(table)) {
            if (!Objects.equals(from.get(table, key), to.get(table, key))) {
                return false;
            }
        }
        return true;
    }
}

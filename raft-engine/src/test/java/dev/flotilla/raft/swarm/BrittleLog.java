package dev.flotilla.raft.swarm;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A log whose disk can be made to fail. */
final class BrittleLog implements LogStorage {
    private final LogStorage log;
    private volatile boolean broken;
    private volatile boolean breaksAtRebase;
    private volatile @Nullable Error loadError;
    private final AtomicInteger damagedLoads = new AtomicInteger();
    private int writesLeft;

    BrittleLog(LogStorage log) {
        this(log, Integer.MAX_VALUE);
    }

    /** One whose writes fail after so many. */
    BrittleLog(LogStorage log, int writesLeft) {
        this.log = log;
        this.writesLeft = writesLeft;
    }

    /** Every write fails from now on. */
    void breakDown() {
        broken = true;
    }

    /** The write that would have the log begin behind a received snapshot fails, and every later one. */
    void breakDownAtRebase() {
        breaksAtRebase = true;
    }

    /** Whoever reads entries back for followers gets {@code error} from now on. */
    void failLoadsWith(Error error) {
        loadError = error;
    }

    /** So many of those loads meet damage that is gone when it is asked about: the log was compacted up to there, say. */
    void damageLoads(int count) {
        damagedLoads.set(count);
    }

    /** Whether all of them did. */
    boolean hasMetDamage() {
        return damagedLoads.get() == 0;
    }

    boolean isBroken() {
        return broken;
    }

    @Override
    public Set<GenesisId> groups() throws IOException {
        return log.groups();
    }

    @Override
    public Optional<StoredGroup> read(GenesisId genesis) throws IOException {
        return log.read(genesis);
    }

    @Override
    public List<Entry> entries(GenesisId genesis, long fromIndex, long toIndexExclusive, int bytesMax)
            throws IOException {
        if (Thread.currentThread().getName().startsWith("raft-read")) {
            failLoad(genesis, fromIndex);
        }
        return log.entries(genesis, fromIndex, toIndexExclusive, bytesMax);
    }

    private void failLoad(GenesisId genesis, long index) throws DamagedLogException {
        Error error = loadError;
        if (error != null) {
            throw error;
        }
        if (damagedLoads.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new DamagedLogException("entry " + index + " of group " + genesis + " is damaged");
        }
    }

    @Override
    public void write(List<GroupWrite> round) throws IOException {
        if (breaksAtRebase && round.stream().anyMatch(GroupWrite.Rebase.class::isInstance)) {
            broken = true;
        }
        if (broken || writesLeft-- <= 0) {
            throw new IOException("no space left on device");
        }
        log.write(round);
    }

    @Override
    public @Nullable Bytes get(String table, String key) throws IOException {
        return log.get(table, key);
    }

    @Override
    public Set<String> tables() throws IOException {
        return log.tables();
    }

    @Override
    public List<String> keys(String table) throws IOException {
        return log.keys(table);
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}

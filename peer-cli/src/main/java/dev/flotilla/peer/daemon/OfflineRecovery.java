package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.recovery.GroupRecovery;
import dev.flotilla.raft.recovery.RecoveryException;
import dev.flotilla.raft.recovery.RecoveryPlan;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.log.NodeLog;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Recovers a community whose quorum is lost, in a data directory that no daemon uses: {@code flotilla recover}. */
public final class OfflineRecovery implements AutoCloseable {
    private final DataDirectory data;
    private final LogStorage log;
    private final GroupRecovery recovery;
    private final String name;
    private final GenesisId genesis;

    private OfflineRecovery(
            DataDirectory data, LogStorage log, GroupRecovery recovery, String name, GenesisId genesis) {
        this.data = data;
        this.log = log;
        this.recovery = recovery;
        this.name = name;
        this.genesis = genesis;
    }

    /**
     * Takes the directory.
     *
     * @throws IOException if a daemon has it, or it cannot be read
     */
    public static OfflineRecovery open(PeerDirectory directory, String community) throws IOException, CommandException {
        DataDirectory data = DataDirectory.openExisting(directory.path());
        try {
            LogStorage log = NodeLog.open(data);
            GenesisId genesis = CommunityNames.find(log, community);
            if (genesis == null) {
                log.close();
                throw CommandException.failed("no community '" + community + "' in " + directory.path());
            }
            GroupRecovery recovery =
                    new GroupRecovery(log, FileSnapshotStore.open(data.snapshots()), directory.peerId());
            return new OfflineRecovery(data, log, recovery, community, genesis);
        } catch (IOException | CommandException | RuntimeException e) {
            data.close();
            throw e;
        }
    }

    /** What would be done. */
    public RecoveryPlan plan() throws IOException, CommandException {
        try {
            return recovery.plan(genesis);
        } catch (RecoveryException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
    }

    /** Does it, and gives the successor the community's name. */
    public void apply(RecoveryPlan plan) throws IOException, CommandException {
        try {
            recovery.apply(plan, List.of(CommunityNames.naming(name, plan.successor())));
        } catch (RecoveryException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
    }

    /** The plan for programs. */
    public ObjectNode json(RecoveryPlan plan) {
        ObjectNode json = Json.object()
                .put("community", name)
                .put("genesis", plan.genesis().toString())
                .put("successor", plan.successor().toString())
                .put("lastIndex", plan.last().index())
                .put("lastTerm", plan.last().term())
                .put("firstUncertainIndex", plan.firstUncertainIndex())
                .put("confirm", plan.digest());
        ArrayNode cutOff = json.putArray("cutOff");
        plan.cutOff().forEach(member -> cutOff.add(member.peerId().toString()));
        return json;
    }

    /** The plan for people, a line each. */
    public List<String> text(RecoveryPlan plan) {
        String others = String.join(
                ", ", plan.cutOff().stream().map(OfflineRecovery::words).toList());
        return List.of(
                "Plan to recover '" + name + "' on this peer, " + plan.self(),
                "",
                "  found here     entries up to index " + plan.last().index() + " of term "
                        + plan.last().term() + ", "
                        + (plan.snapshot() == null
                                ? "no snapshot"
                                : "a snapshot of index " + plan.snapshot().index()),
                "  cut off        " + (others.isEmpty() ? "nobody" : others),
                "  may be lost    what the others acknowledged after index "
                        + plan.last().index() + ": this peer never heard of it",
                "  may come up    entries " + plan.firstUncertainIndex() + " to "
                        + plan.last().index() + ", which may never have been agreed on: they count as agreed on",
                "  becomes        a new community under the same name, with this peer as its only voter",
                "  its genesis    " + plan.successor() + " instead of " + plan.genesis(),
                "",
                "Nothing was changed. Do it only if so many voters are gone for good that the rest is no majority, and on the",
                "peer whose log goes furthest. The others then forget the old community and join the new one by ticket.");
    }

    private static String words(Member member) {
        return member.peerId() + " (" + member.role().name().toLowerCase(Locale.ROOT) + ")";
    }

    @Override
    public void close() throws IOException {
        try {
            log.close();
        } finally {
            data.close();
        }
    }
}

package dev.flotilla.raft.recovery;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a recovery found on this peer's disk, and so what it would make of it.
 *
 * @param genesis the group whose quorum is lost
 * @param self this peer
 * @param storeId its data directory as the group knows it
 * @param hardState the last one written
 * @param base the entry before the first in the log
 * @param last the last entry of the log
 * @param snapshot the newest one, or null
 * @param configuration the newest on this disk, agreed on or not
 * @param configurationId the entry that it came with
 */
public record RecoveryPlan(
        GenesisId genesis,
        PeerId self,
        StoreId storeId,
        HardState hardState,
        EntryId base,
        EntryId last,
        @Nullable SnapshotMeta snapshot,
        Configuration configuration,
        EntryId configurationId) {
    private static final int DIGEST_DIGITS = 16;

    /**
     * The group that would take the place of the old one: named after it, this peer, and how far its log goes. Two peers
     * that both recover come to two successors, never to one.
     */
    public GenesisId successor() {
        byte[] hash = sha256("flotilla-successor-1\n" + facts());
        return GenesisId.parse(HexFormat.of().formatHex(hash, 0, GenesisId.SIZE_BYTES));
    }

    /** Names exactly this plan; another one once anything on the disk has changed. */
    public String digest() {
        return HexFormat.of()
                .formatHex(sha256("flotilla-recovery-plan-1\n" + facts()))
                .substring(0, DIGEST_DIGITS);
    }

    private String facts() {
        return String.join(
                "\n",
                genesis.toString(),
                self.toString(),
                storeId.toString(),
                hardState.toString(),
                base.toString(),
                last.toString(),
                snapshot == null
                        ? "none"
                        : snapshot.lastIncluded() + " " + snapshot.hash().hex(),
                configurationId.toString());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Everybody else: who is no member of the successor until it joins it. */
    public List<Member> cutOff() {
        return configuration.all().stream()
                .filter(member -> !member.peerId().equals(self))
                .toList();
    }

    /** The entries that may never have been agreed on, and will count as agreed on: from here to {@link #last}. */
    public long firstUncertainIndex() {
        return snapshot == null ? 1 : snapshot.index() + 1;
    }

    /** Where the configuration in which this peer is alone will stand, in a term that nobody has seen. */
    EntryId finalEntry() {
        return new EntryId(Math.max(hardState.term(), last.term()) + 1, last.index() + 1);
    }
}

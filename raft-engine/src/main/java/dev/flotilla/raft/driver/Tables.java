package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.RemovalNotice;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.message.TicketCodec;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The node's small tables: what is kept beside the groups' logs, one row a group, or one for the node. */
public final class Tables {
    private static final String NODE = "node";
    private static final String STORE_ID = "store-id";
    private static final String CERTIFICATES = "certificates";
    private static final String JOINS = "joins";
    private static final String LEFT = "left";
    private static final String MEMBERSHIPS = "memberships";

    private Tables() {}

    /** Whether an application must not use a table of that name. */
    static boolean isReserved(String table) {
        return List.of(NODE, CERTIFICATES, JOINS, LEFT, MEMBERSHIPS).contains(table);
    }

    /** What the data directory drew when it was made, or null if no node has used it yet. */
    public static @Nullable StoreId storeId(LogStorage log) throws IOException {
        return storeId(log, NODE, STORE_ID);
    }

    private static @Nullable StoreId storeId(LogStorage log, String table, String key) throws IOException {
        Bytes value = log.get(table, key);
        try {
            return value == null ? null : new StoreId(value);
        } catch (IllegalArgumentException e) {
            throw damaged(table, key, e);
        }
    }

    private static IOException damaged(String table, String key, Exception cause) {
        return new IOException("the log's table of " + table + " is damaged at '" + key + "'", cause);
    }

    static GroupWrite putStoreId(StoreId storeId) {
        return new GroupWrite.Put(NODE, STORE_ID, storeId.value());
    }

    /**
     * The store id that this peer has in that group: the node's, unless it was a member before and forgot the group. What
     * it acknowledged and voted then is gone, so it must not come back as who it was.
     */
    public static StoreId storeId(LogStorage log, GenesisId group, StoreId ofNode) throws IOException {
        StoreId ofGroup = storeId(log, MEMBERSHIPS, group.toString());
        return ofGroup == null ? ofNode : ofGroup;
    }

    /** This peer has that store id in that group. */
    public static GroupWrite putStoreId(GenesisId group, StoreId storeId) {
        return new GroupWrite.Put(MEMBERSHIPS, group.toString(), storeId.value());
    }

    /** The groups that this peer forgot at some time; one that it has joined again is among them. */
    static List<GenesisId> forgotten(LogStorage log) throws IOException {
        List<GenesisId> forgotten = new ArrayList<>();
        for (String group : log.keys(MEMBERSHIPS)) {
            try {
                forgotten.add(GenesisId.parse(group));
            } catch (IllegalArgumentException e) {
                throw damaged(MEMBERSHIPS, group, e);
            }
        }
        return forgotten;
    }

    /** This peer's certificate chain in that group; empty if it has none. */
    static List<Certificate> certificates(LogStorage log, GenesisId group) throws IOException {
        Bytes value = log.get(CERTIFICATES, group.toString());
        try {
            return value == null ? List.of() : EntryCodec.decodeChain(value);
        } catch (MalformedMessageException e) {
            throw new IOException("the certificates of group " + group + " are damaged", e);
        }
    }

    static GroupWrite putCertificates(GenesisId group, List<Certificate> chain) {
        return new GroupWrite.Put(CERTIFICATES, group.toString(), EntryCodec.encodeChain(chain));
    }

    /** The ticket with which this peer is still joining that group. */
    static @Nullable Ticket join(LogStorage log, GenesisId group) throws IOException {
        Bytes value = log.get(JOINS, group.toString());
        try {
            return value == null ? null : TicketCodec.parse(value.utf8());
        } catch (IllegalArgumentException e) {
            throw new IOException("the ticket of group " + group + " is damaged", e);
        }
    }

    static GroupWrite putJoin(Ticket ticket) {
        return new GroupWrite.Put(JOINS, ticket.genesis().toString(), Bytes.utf8(TicketCodec.format(ticket)));
    }

    static GroupWrite removeJoin(GenesisId group) {
        return new GroupWrite.Put(JOINS, group.toString(), null);
    }

    /** The word on which this peer left that group. */
    public static @Nullable RemovalNotice left(LogStorage log, GenesisId group) throws IOException {
        Bytes value = log.get(LEFT, group.toString());
        try {
            return value == null ? null : EntryCodec.decodeRemovalNotice(value);
        } catch (MalformedMessageException e) {
            throw new IOException("the removal notice of group " + group + " is damaged", e);
        }
    }

    static GroupWrite putLeft(RemovalNotice notice) {
        return new GroupWrite.Put(LEFT, notice.genesis().toString(), EntryCodec.encode(notice));
    }

    /** Everything of that group goes; should this peer join it again, then with the store id {@code next}. */
    public static List<GroupWrite> forget(GenesisId group, StoreId next) {
        String key = group.toString();
        return List.of(
                new GroupWrite.Delete(group),
                new GroupWrite.Put(CERTIFICATES, key, null),
                new GroupWrite.Put(JOINS, key, null),
                new GroupWrite.Put(LEFT, key, null),
                new GroupWrite.Put(MEMBERSHIPS, key, next.value()));
    }
}

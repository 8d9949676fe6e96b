package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Trees.CannotApplyException;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The document of a community as it was at one index, with what tells that it is whole. In a file it is one JSON object:
 * {@code format}, {@code version}, {@code community}, {@code genesis}, {@code index}, {@code term}, {@code sha256} and
 * {@code document}.
 *
 * @param community what the peer that made it calls the community
 * @param index of the last entry that the document takes in
 * @param term of the leader that confirmed the read
 * @param document within {@link DocumentLimits}
 */
public record Backup(String community, GenesisId genesis, long index, long term, JsonNode document) {
    private static final String FORMAT = "flotilla-backup";
    private static final int VERSION = 1;

    /**
     * The SHA-256, in hexadecimal, of {@code document} in its canonical form: without blanks, the members of each object
     * ordered by the UTF-16 units of their names (as RFC 8785, §3.2.3, has it), numbers with the digits that they have.
     */
    public static String sha256(JsonNode document) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Json.bytes(ordered(document)).asByteBuffer());
            return Bytes.wrap(digest.digest()).hex();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static JsonNode ordered(JsonNode node) {
        if (node.isObject()) {
            Map<String, JsonNode> members = new TreeMap<>();
            node.properties().forEach(member -> members.put(member.getKey(), ordered(member.getValue())));
            return Json.object().setAll(members);
        } else if (node.isArray()) {
            ArrayNode elements = Json.nodes().arrayNode(node.size());
            node.forEach(element -> elements.add(ordered(element)));
            return elements;
        }
        return node;
    }

    /** What goes into the file. */
    public ObjectNode json() {
        ObjectNode json = Json.object()
                .put("format", FORMAT)
                .put("version", VERSION)
                .put("community", community)
                .put("genesis", genesis.toString())
                .put("index", index)
                .put("term", term)
                .put("sha256", sha256(document));
        json.set("document", document);
        return json;
    }

    /**
     * Reads what {@link #json} made, and checks all of it.
     *
     * @throws IllegalArgumentException if it is no backup, one of a newer version, damaged, or beyond the bounds; the
     *     message says which
     */
    public static Backup parse(JsonNode json) {
        if (!json.path("format").asText().equals(FORMAT)) {
            throw new IllegalArgumentException("no backup: its \"format\" is not \"" + FORMAT + "\"");
        }
        JsonNode version = json.path("version");
        if (!version.isInt() || version.intValue() != VERSION) {
            throw new IllegalArgumentException("a backup of version " + version + ", this flotilla reads version "
                    + VERSION + "; use the one that made it, or a newer one");
        }
        JsonNode document = json.get("document");
        if (document == null) {
            throw new IllegalArgumentException("a damaged backup: it has no \"document\"");
        }
        String told = text(json, "sha256", 64);
        String found = sha256(document);
        if (!told.equals(found)) {
            throw new IllegalArgumentException(
                    "a damaged backup: the SHA-256 of its document is " + found + ", not " + told);
        }
        checkBounds(document);
        return new Backup(
                community(json),
                genesis(text(json, "genesis", 2 * GenesisId.SIZE_BYTES)),
                position(json, "index"),
                position(json, "term"),
                document);
    }

    private static String text(JsonNode json, String name, int lengthMax) {
        JsonNode value = json.path(name);
        if (!value.isTextual() || value.textValue().length() > lengthMax) {
            throw new IllegalArgumentException(
                    "a damaged backup: its \"" + name + "\" is no text of at most " + lengthMax + " characters");
        }
        return value.textValue();
    }

    /** No community was ever called otherwise, and it is shown to people. */
    private static String community(JsonNode json) {
        String name = text(json, "community", Ticket.COMMUNITY_LENGTH_MAX);
        if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a damaged backup: its \"community\" is no name");
        }
        return name;
    }

    private static GenesisId genesis(String hex) {
        try {
            return GenesisId.parse(hex);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a damaged backup: its \"genesis\" is no genesis id: " + hex, e);
        }
    }

    private static long position(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new IllegalArgumentException("a damaged backup: its \"" + name + "\" is no number from 0 on");
        }
        return value.longValue();
    }

    private static void checkBounds(JsonNode document) {
        try {
            Document.of(document);
        } catch (CannotApplyException e) {
            throw new IllegalArgumentException("a backup that cannot be restored: " + e.reason(), e);
        }
    }
}

package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Explanation;
import dev.flotilla.raft.core.MemberStatus;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A {@link CoreStatus} as the commands show it. */
final class StatusJson {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private StatusJson() {}

    /** What this peer is in its community: leader, follower, precandidate, candidate, learner or witness. */
    static String role(CoreStatus status, PeerId self) {
        return switch (status.role()) {
            case LEADER -> "leader";
            case PRE_CANDIDATE -> "precandidate";
            case CANDIDATE -> "candidate";
            case FOLLOWER ->
                status.configuration()
                        .member(self)
                        .map(member -> member.isVoter()
                                ? "follower"
                                : member.role().name().toLowerCase(Locale.ROOT))
                        .orElse("learner");
        };
    }

    static ObjectNode community(String name, GenesisId genesis, CoreStatus status, PeerId self) {
        ObjectNode json = Json.object();
        json.put("name", name);
        json.put("genesis", genesis.toString());
        json.put("role", role(status, self));
        json.put("term", status.term());
        json.put("leader", text(status.leader()));
        json.put("commitIndex", status.commitIndex());
        json.put("lastApplied", status.lastApplied());
        json.put("lastLogIndex", status.lastEntry().index());
        json.put("snapshotIndex", status.snapshot().index());
        json.put("consistent", true); // a patch that cannot be applied is a result here, never a failed operation
        ArrayNode members = json.putArray("members");
        status.members().forEach(member -> members.add(member(member, status, self)));
        return json;
    }

    /** A community that does not run here, and why. */
    static ObjectNode stopped(String name, GenesisId genesis, String why) {
        return Json.object()
                .put("name", name)
                .put("genesis", genesis.toString())
                .put("role", "stopped")
                .put("stopped", why);
    }

    private static ObjectNode member(MemberStatus member, CoreStatus status, PeerId self) {
        boolean isSelf = member.member().peerId().equals(self);
        long matchIndex = isSelf ? status.durableIndex() : member.matchIndex();
        boolean known = isSelf || (member.state() != null && matchIndex >= 0);
        ObjectNode json = Json.object();
        json.put("peerId", member.member().peerId().toString());
        json.put("role", member.member().role().name().toLowerCase(Locale.ROOT));
        json.put("priority", member.member().priority());
        json.put("state", isSelf ? "self" : state(member));
        json.put("matchIndex", known ? (Long) matchIndex : null);
        json.put("lag", known ? (Long) Math.max(0, status.lastEntry().index() - matchIndex) : null);
        long contactNanos = member.lastContactNanos();
        json.put("lastContactMillis", isSelf || contactNanos < 0 ? null : (Long) (contactNanos / NANOS_PER_MILLI));
        return json;
    }

    private static @Nullable String state(MemberStatus member) {
        MemberStatus.State state = member.state();
        return state == null ? null : state.name().toLowerCase(Locale.ROOT);
    }

    /** What waits, and for whom; an empty array if nothing does. */
    static ArrayNode explanation(Explanation why) {
        ArrayNode blocks = Json.object().putArray("blocks");
        for (Explanation.Block block : why.blocks()) {
            ObjectNode json = blocks.addObject();
            json.put("subject", block.subject().name().toLowerCase(Locale.ROOT));
            json.put("summary", block.summary());
            ArrayNode peers = json.putArray("peers");
            block.parts().forEach(part -> peers.addObject()
                    .put("peerId", part.peer().toString())
                    .put("text", part.text()));
        }
        return blocks;
    }

    /** The members of {@code community}, each with its addresses. */
    static ObjectNode withAddresses(ObjectNode community, Function<PeerId, List<String>> addresses) {
        community.withArray("/members").forEach(member -> {
            ArrayNode list = ((ObjectNode) member).putArray("addresses");
            addresses.apply(PeerId.parse(member.path("peerId").asText())).forEach(list::add);
        });
        return community;
    }

    private static @Nullable String text(@Nullable PeerId peerId) {
        return peerId == null ? null : peerId.toString();
    }
}

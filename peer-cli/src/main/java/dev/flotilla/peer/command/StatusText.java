package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Status and members for people. */
final class StatusText {
    private StatusText() {}

    static String status(JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add("peer " + status.path("peerId").asText());
        status.path("addresses").forEach(address -> lines.add("  at " + address.asText()));
        if (status.path("communities").isEmpty()) {
            lines.add("");
            lines.add("no communities yet; make one with: flotilla create NAME, or join one: flotilla join TICKET");
        }
        status.path("communities").forEach(community -> {
            lines.add("");
            addCommunity(lines, community);
        });
        return String.join("\n", lines);
    }

    /** What the daemon counted, of the peer and of each community with meters of its own. */
    static String metrics(JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add("peer " + status.path("peerId").asText());
        addMetrics(lines, status.path("metrics"));
        status.path("communities").forEach(community -> {
            lines.add("");
            lines.add(community.path("name").asText());
            if (community.has("stopped")) {
                lines.add("  stopped on this peer");
            } else if (community.path("metrics").isEmpty()) {
                lines.add("  counted with the peer");
            }
            addMetrics(lines, community.path("metrics"));
        });
        return String.join("\n", lines);
    }

    private static void addMetrics(List<String> lines, JsonNode metrics) {
        metrics.properties().forEach(each -> {
            if (each.getKey().equals("follower.lag")) {
                each.getValue()
                        .properties()
                        .forEach(lag -> lines.add("  follower.lag " + lag.getKey() + "  "
                                + lag.getValue().asLong()));
            } else {
                lines.add("  " + each.getKey() + "  " + metric(each.getValue()));
            }
        });
    }

    private static String metric(JsonNode value) {
        if (!value.isObject()) {
            return value.asText();
        }
        String count = value.path("count").asText();
        return value.has("meanMicros")
                ? count + ", mean " + value.path("meanMicros").asLong() + " us, half within "
                        + value.path("p50Micros").asLong() + " us, 99 % within "
                        + value.path("p99Micros").asLong() + " us"
                : count;
    }

    static String members(JsonNode community) {
        List<String> lines = new ArrayList<>();
        addCommunity(lines, community);
        return String.join("\n", lines);
    }

    private static void addCommunity(List<String> lines, JsonNode community) {
        if (community.has("stopped")) {
            lines.add(community.path("name").asText() + ": stopped on this peer");
            lines.add("  genesis " + community.path("genesis").asText());
            lines.add("  " + community.path("stopped").asText());
            return;
        }
        String leader = community.path("leader").asText("");
        boolean hasLeader = community.path("leader").isTextual();
        lines.add(community.path("name").asText() + ": "
                + community.path("role").asText() + " in term "
                + community.path("term").asLong() + ", leader " + (hasLeader ? leader : "not known"));
        lines.add("  genesis " + community.path("genesis").asText());
        lines.add("  log: last " + community.path("lastLogIndex").asLong() + ", commit "
                + community.path("commitIndex").asLong() + ", applied "
                + community.path("lastApplied").asLong() + ", snapshot "
                + community.path("snapshotIndex").asLong());
        community.path("members").forEach(member -> addMember(lines, member));
        addExplanation(lines, community.path("explanation"));
        addWarnings(lines, community, hasLeader);
    }

    /** Each thing that waits, and below it each peer that it waits for. */
    private static void addExplanation(List<String> lines, JsonNode explanation) {
        if (explanation.isArray() && explanation.isEmpty()) {
            lines.add("  why: nothing is blocked");
        }
        explanation.forEach(block -> {
            lines.add("  why: " + block.path("summary").asText());
            block.path("peers")
                    .forEach(peer -> lines.add("    " + peer.path("peerId").asText() + " "
                            + peer.path("text").asText()));
        });
    }

    private static void addMember(List<String> lines, JsonNode member) {
        StringBuilder line = new StringBuilder("  ")
                .append(member.path("peerId").asText())
                .append("  ")
                .append(member.path("role").asText());
        if (member.path("priority").asInt() != 0) {
            line.append("  priority ").append(member.path("priority").asInt());
        }
        if (member.path("state").isTextual()) {
            line.append("  ").append(member.path("state").asText());
        }
        if (member.path("lag").isNumber()) {
            line.append("  at ")
                    .append(member.path("matchIndex").asLong())
                    .append(", lag ")
                    .append(member.path("lag").asLong());
        }
        if (member.path("lastContactMillis").isNumber()) {
            line.append("  seen ")
                    .append(member.path("lastContactMillis").asLong())
                    .append(" ms ago");
        }
        lines.add(line.toString());
        member.path("addresses").forEach(address -> lines.add("    at " + address.asText()));
    }

    private static void addWarnings(List<String> lines, JsonNode community, boolean hasLeader) {
        int voters = 0;
        for (JsonNode member : community.path("members")) {
            voters += member.path("role").asText().equals("voter") ? 1 : 0;
        }
        if (voters == 2) {
            lines.add("  warning: two voters survive no loss: while one is down nothing can be agreed on; add a third");
        }
        if (!hasLeader) {
            lines.add("  warning: no leader is known; a majority of the voters must be up and reach each other");
        }
    }
}

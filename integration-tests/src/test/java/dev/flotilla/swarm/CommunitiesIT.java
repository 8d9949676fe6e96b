package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many communities on the same daemons. */
class CommunitiesIT {
    private static final int COMMUNITIES = 50;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @Test
    void writingToOneOfFiftyDoesNotDisturbTheOthers() throws Exception {
        try (Swarm swarm = Swarm.of(3, directory)) {
            found(swarm);
            List<Long> terms = terms(swarm);
            try (Workload workload = new Workload(List.of(swarm.peer(1)), "c7", "w", 1)) {
                workload.awaitMore(List.of(swarm.peer(1)), 200);
                workload.finish();
            }
            assertThat(terms(swarm)).as("no election anywhere").isEqualTo(terms);
            for (PeerProcess peer : swarm.peers()) {
                assertThat(peer.run("get", "c8").succeeded().line()).isEqualTo("{}");
            }
        }
    }

    private static void found(Swarm swarm) throws Exception {
        try (Requests founder = new Requests(swarm.peer(0));
                Requests second = new Requests(swarm.peer(1));
                Requests third = new Requests(swarm.peer(2))) {
            for (int i = 1; i < COMMUNITIES; i++) {
                String name = "c" + i;
                founder.call("create", "community", name);
                second.call("join", "ticket", ticket(founder, name));
                third.call("join", "ticket", ticket(founder, name));
            }
        }
    }

    private static String ticket(Requests member, String community) throws Exception {
        return member.call("invite", "community", community).path("ticket").asText();
    }

    private static List<Long> terms(Swarm swarm) throws Exception {
        JsonNode status = swarm.peer(0).run("status", "--json").succeeded().json();
        assertThat(status.path("communities")).hasSize(COMMUNITIES);
        List<Long> terms = new ArrayList<>();
        status.path("communities")
                .forEach(community -> terms.add(community.path("term").asLong()));
        return terms;
    }
}

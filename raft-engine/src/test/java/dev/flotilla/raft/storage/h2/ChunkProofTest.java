package dev.flotilla.raft.storage.h2;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damage in the bodies of rows is told from any other, byte by byte. */
class ChunkProofTest {
    private final Random random = new Random(5);
    private final List<Row.Body> bodies = new ArrayList<>();

    /** Rows with something between them. */
    private byte[] chunk(int rows) {
        ByteBuffer chunk = ByteBuffer.allocate(64 << 10);
        bodies.clear();
        for (int i = 0; i < rows; i++) {
            byte[] between = random(random.nextInt(40));
            byte[] row = Row.seal(random(random.nextInt(20)), random(random.nextInt(300)));
            chunk.put(between);
            int at = chunk.position();
            chunk.put(row);
            bodies.add(Objects.requireNonNull(Row.body(chunk.array(), at, chunk.position())));
        }
        return Arrays.copyOf(chunk.array(), chunk.position() + random.nextInt(100));
    }

    private byte[] random(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private boolean isProven(byte[] damaged, byte[] written) {
        return ChunkProof.isDamagedInBodiesAlone(damaged, damaged.length, Row.sum(written, 0, written.length));
    }

    @Test
    void damageInBodiesIsProven() {
        for (int i = 0; i < 50; i++) {
            byte[] written = chunk(1 + random.nextInt(20));
            byte[] damaged = written.clone();
            for (Row.Body body : bodies) {
                if (body.size() > 0 && random.nextBoolean()) {
                    byte[] other = random(1 + random.nextInt(body.size()));
                    System.arraycopy(other, 0, damaged, body.at() + body.size() - other.length, other.length);
                }
            }
            assertThat(isProven(damaged, written)).isTrue();
        }
    }

    @Test
    void anyOtherByteIsDamageThatIsNotProvenHarmless() {
        byte[] written = chunk(8);
        for (int at = 0; at < written.length; at++) {
            int flipped = at;
            byte[] damaged = written.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            boolean inBody = bodies.stream().anyMatch(body -> flipped >= body.at() && flipped < body.end());
            assertThat(isProven(damaged, written)).as("byte %s", at).isEqualTo(inBody);
            Row.Body first = bodies.get(0);
            if (!inBody && first.size() > 0) {
                damaged[first.at()] ^= 1;
                assertThat(isProven(damaged, written))
                        .as("byte %s and a body", at)
                        .isFalse();
            }
        }
    }
}

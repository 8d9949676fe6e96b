package dev.flotilla.consensus.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.consensus.Codec;
import dev.flotilla.transport.Bytes;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link Codec} promises. Extend it and give your codec and some values that all its versions have. */
public abstract class CodecContract<T> {
    private static final int NAME_LENGTH_MAX = 64;

    protected abstract Codec<T> codec();

    /** At least two values that differ. */
    protected abstract List<T> samples();

    @Test
    void itHasANameAndItsVersionsHaveNoGap() {
        assertThat(codec().name()).isNotEmpty().hasSizeLessThanOrEqualTo(NAME_LENGTH_MAX);
        assertThat(codec().oldestVersion()).isLessThanOrEqualTo(codec().version());
        for (int version = codec().oldestVersion(); version <= codec().version(); version++) {
            assertThat(codec().knows(version)).isTrue();
        }
    }

    @Test
    void everyValueComesBackFromEveryVersion() {
        for (T value : samples()) {
            assertThat(codec().decode(codec().encode(value))).isEqualTo(value);
            for (int version = codec().oldestVersion(); version <= codec().version(); version++) {
                assertThat(codec().decode(codec().encode(value, version), version))
                        .as("version %d", version)
                        .isEqualTo(value);
            }
        }
    }

    @Test
    void equalValuesHaveEqualBytesAndOthersHaveOthers() {
        assertThat(samples()).hasSizeGreaterThan(1).doesNotHaveDuplicates();
        for (int version = codec().oldestVersion(); version <= codec().version(); version++) {
            for (T value : samples()) {
                Bytes bytes = codec().encode(value, version);
                assertThat(codec().encode(codec().decode(bytes, version), version))
                        .isEqualTo(bytes);
            }
            int inOne = version;
            assertThat(samples())
                    .extracting(value -> codec().encode(value, inOne))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void itsOwnVersionIsThatOfBytesWithoutOne() {
        for (T value : samples()) {
            assertThat(codec().encode(value, codec().version())).isEqualTo(codec().encode(value));
        }
    }

    @Test
    void aVersionThatItDoesNotKnowIsRefused() {
        T value = samples().get(0);
        Bytes bytes = codec().encode(value);
        for (int version : List.of(codec().oldestVersion() - 1, codec().version() + 1)) {
            assertThat(codec().knows(version)).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> codec().encode(value, version));
            assertThatIllegalArgumentException().isThrownBy(() -> codec().decode(bytes, version));
        }
    }

    @Test
    void randomBytesAreReadOrRefused() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(48)];
            random.nextBytes(bytes);
            for (int version = codec().oldestVersion(); version <= codec().version(); version++) {
                readOrRefused(Bytes.wrap(bytes), version);
            }
        }
    }

    private void readOrRefused(Bytes bytes, int version) {
        try {
            assertThat(codec().decode(bytes, version)).isNotNull();
        } catch (IllegalArgumentException e) {
            assertThat(e).message().as("%s", bytes).isNotBlank();
        }
    }
}

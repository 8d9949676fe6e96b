package dev.flotilla.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.consensus.contract.CodecContract;
import dev.flotilla.consensus.contract.Journal;
import dev.flotilla.consensus.contract.JournalOp;
import dev.flotilla.consensus.contract.NewerJournal;
import dev.flotilla.transport.Bytes;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CodecTest {
    private static final List<Journal> JOURNALS = List.of(Journal.of(), Journal.of("a"), Journal.of("a", "", "b"));
    private static final List<Op<Journal>> OPS = List.of(JournalOp.append("one"), JournalOp.fail("ink is out"));

    @Nested
    class OfOneVersion extends CodecContract<Journal> {
        @Override
        protected Codec<Journal> codec() {
            return Journal.codec();
        }

        @Override
        protected List<Journal> samples() {
            return JOURNALS;
        }
    }

    @Nested
    class OfTwoVersions extends CodecContract<Journal> {
        @Override
        protected Codec<Journal> codec() {
            return NewerJournal.codec();
        }

        @Override
        protected List<Journal> samples() {
            return JOURNALS;
        }
    }

    @Nested
    class OfThreeVersionsOfOperations extends CodecContract<Op<Journal>> {
        @Override
        protected Codec<Op<Journal>> codec() {
            Codec<Op<Journal>> two = NewerJournal.opCodec();
            return Codec.of("journal-op", 3, two::encode, two::decode).after(two);
        }

        @Override
        protected List<Op<Journal>> samples() {
            return OPS;
        }
    }

    @Test
    void eachVersionIsWrittenByTheCodecThatKnowsIt() {
        Codec<Journal> both = NewerJournal.codec();
        assertThat(both.encode(Journal.of("a"), 1)).isEqualTo(Bytes.utf8("a\n"));
        assertThat(both.encode(Journal.of("a"), 2)).isEqualTo(Bytes.utf8("2:a\n"));
        assertThat(both).hasToString("journal versions 1 to 2");
    }

    @Test
    void aCodecComesAfterThatOfItsNameAndTheVersionBeforeIt() {
        Codec<Journal> first = Journal.codec();
        Codec<Journal> third = Codec.of("journal", 3, first::encode, first::decode);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> third.after(first))
                .withMessage("before version 3 of 'journal' comes 2, got 1");
        assertThatIllegalArgumentException().isThrownBy(() -> first.after(first));
        Codec<Journal> diary = Codec.of("diary", 0, first::encode, first::decode);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> first.after(diary))
                .withMessageContaining("'diary' is no older version of 'journal'");
    }
}

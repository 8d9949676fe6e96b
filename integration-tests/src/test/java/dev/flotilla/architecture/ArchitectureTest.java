package dev.flotilla.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know whom: the modules, and the packages within them. */
class ArchitectureTest {
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.flotilla");

    private static final String[] CONSENSUS_API = {"dev.flotilla.consensus..", "dev.flotilla.transport.."};
    private static final String[] JDK = {"java..", "javax..", "org.jspecify.."};

    @Test
    void consensusApiKnowsTheJdkAlone() {
        classes()
                .that(resideInAnyPackage(CONSENSUS_API))
                .should()
                .onlyDependOnClassesThat(anyOf(CONSENSUS_API, JDK))
                .check(PRODUCT);
    }

    @Test
    void raftEngineKnowsNoNetworkLibrary() {
        classes()
                .that(resideInAPackage("dev.flotilla.raft.."))
                .should()
                .onlyDependOnClassesThat(anyOf(CONSENSUS_API, JDK, new String[] {
                    "dev.flotilla.raft..", "com.google.protobuf..", "org.h2..", "com.github.luben.zstd..", "org.slf4j.."
                }))
                .check(PRODUCT);
    }

    @Test
    void libp2pTransportKnowsNoRaft() {
        classes()
                .that(resideInAPackage("dev.flotilla.libp2p.."))
                .should()
                .onlyDependOnClassesThat(anyOf(CONSENSUS_API, JDK, new String[] {
                    "dev.flotilla.libp2p..",
                    "com.google.protobuf..",
                    "com.offbynull.portmapper..",
                    "io.netty..",
                    "org.bouncycastle..",
                    "org.conscrypt..",
                    "org.slf4j.."
                }))
                .check(PRODUCT);
    }

    @Test
    void theHostKnowsOfTheTransportPortPeerIdsAndBytesAlone() {
        noClasses()
                .that(resideInAPackage("dev.flotilla.libp2p..")
                        .and(DescribedPredicate.not(resideInAPackage("dev.flotilla.libp2p.transport.."))))
                .should()
                .dependOnClassesThat(resideInAnyPackage(CONSENSUS_API).and(isNeitherPeerIdNorBytes()))
                .check(PRODUCT);
    }

    @Test
    void theCoreIsPure() {
        classes()
                .that(resideInAPackage("dev.flotilla.raft.core.."))
                .should()
                .onlyDependOnClassesThat(anyOf(new String[] {
                    "dev.flotilla.raft.core..",
                    "dev.flotilla.raft.message..",
                    "dev.flotilla.transport..",
                    "java.lang..",
                    "java.util",
                    "java.util.function..",
                    "java.util.random..",
                    "java.util.stream..",
                    "java.time..",
                    "java.io", // Serial, of a map
                    "org.jspecify.."
                }))
                .check(PRODUCT);
        noClasses()
                .that(resideInAPackage("dev.flotilla.raft.core.."))
                .should()
                .dependOnClassesThat(new DescribedPredicate<>("do I/O or run threads") {
                    @Override
                    public boolean test(JavaClass type) {
                        return type.isAssignableTo(Thread.class)
                                || type.isAssignableTo(java.io.InputStream.class)
                                || type.isAssignableTo(java.io.OutputStream.class)
                                || type.isAssignableTo(java.io.File.class);
                    }
                })
                .check(PRODUCT);
        noClasses()
                .that(resideInAPackage("dev.flotilla.raft.core.."))
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(PRODUCT);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.flotilla.(**)").should().beFreeOfCycles().check(PRODUCT);
    }

    @Test
    void onlyThePeerReadsEnvironmentAndSettings() {
        noClasses()
                .that(resideInAnyPackage(
                        "dev.flotilla.consensus..",
                        "dev.flotilla.transport..",
                        "dev.flotilla.raft..",
                        "dev.flotilla.libp2p.."))
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .check(PRODUCT);
    }

    private static DescribedPredicate<JavaClass> anyOf(String[]... packages) {
        DescribedPredicate<JavaClass> any = DescribedPredicate.alwaysFalse();
        for (String[] each : packages) {
            any = any.or(resideInAnyPackage(each));
        }
        return any.or(new DescribedPredicate<>("primitives and arrays of them") {
            @Override
            public boolean test(JavaClass type) {
                return type.getBaseComponentType().isPrimitive();
            }
        });
    }

    private static DescribedPredicate<JavaClass> isNeitherPeerIdNorBytes() {
        return new DescribedPredicate<>("are neither PeerId nor Bytes") {
            @Override
            public boolean test(JavaClass type) {
                return !type.getSimpleName().equals("PeerId")
                        && !type.getSimpleName().equals("Bytes");
            }
        };
    }
}

package dev.flotilla.raft.faults;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/** What an instruction takes from the stack, the last on top, and what it leaves there. */
record Operands(List<Type> taken, Type left) {
    static Operands of(AbstractInsnNode instruction) {
        if (instruction instanceof MethodInsnNode call) {
            List<Type> taken = new ArrayList<>();
            if (call.getOpcode() != Opcodes.INVOKESTATIC) {
                taken.add(Type.getObjectType(call.owner));
            }
            taken.addAll(List.of(Type.getArgumentTypes(call.desc)));
            return new Operands(taken, Type.getReturnType(call.desc));
        } else if (instruction instanceof FieldInsnNode put && put.getOpcode() == Opcodes.PUTFIELD) {
            return new Operands(List.of(Type.getObjectType(put.owner), Type.getType(put.desc)), Type.VOID_TYPE);
        }
        return switch (instruction.getOpcode()) {
            case Opcodes.LCMP -> binary(Type.LONG_TYPE, Type.INT_TYPE);
            case Opcodes.LADD, Opcodes.LSUB -> binary(Type.LONG_TYPE, Type.LONG_TYPE);
            case Opcodes.IADD, Opcodes.IDIV -> binary(Type.INT_TYPE, Type.INT_TYPE);
            default -> throw new IllegalArgumentException("operands of opcode " + instruction.getOpcode());
        };
    }

    private static Operands binary(Type operand, Type result) {
        return new Operands(List.of(operand, operand), result);
    }

    /** Of an instruction that takes the result of this one and leaves another of its type. */
    Operands result() {
        return new Operands(List.of(left), left);
    }

    void requireNoResult() {
        if (left.getSort() != Type.VOID) {
            throw new IllegalArgumentException("it leaves a " + left.getClassName() + " and cannot be skipped");
        }
    }

    /** Takes them, and nothing else. */
    InsnList popped() {
        InsnList code = new InsnList();
        for (int i = taken.size() - 1; i >= 0; i--) {
            code.add(new InsnNode(taken.get(i).getSize() == 2 ? Opcodes.POP2 : Opcodes.POP));
        }
        return code;
    }

    /** Leaves {@code value}, or null for 0 where an object is left. */
    AbstractInsnNode constant(long value) {
        return switch (left.getSort()) {
            case Type.LONG -> new LdcInsnNode(value);
            case Type.INT, Type.BOOLEAN -> new LdcInsnNode((int) value);
            case Type.OBJECT -> new InsnNode(Opcodes.ACONST_NULL);
            default -> throw new IllegalArgumentException("no constant of type " + left.getClassName());
        };
    }
}

package io.macpool.interleavings;

import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Opcodes;

/** Makes a class's fields volatile, but for those that never change. */
final class VolatileFields extends ClassVisitor {

  VolatileFields(ClassVisitor next) {
    super(Opcodes.ASM9, next);
  }

  @Override
  public FieldVisitor visitField(
      int access, String name, String descriptor, String signature, Object value) {
    boolean changes = (access & (Opcodes.ACC_FINAL | Opcodes.ACC_STATIC)) == 0;
    return super.visitField(
        changes ? access | Opcodes.ACC_VOLATILE : access, name, descriptor, signature, value);
  }
}

using System.Runtime.InteropServices;

namespace Isthmus.Inference.Imaging.Vips;

/// <summary>GObject's GValue: a type and two machine words of content; 24 bytes on every 64-bit platform.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    private nuint _type;
    private ulong _first;
    private ulong _second;
}

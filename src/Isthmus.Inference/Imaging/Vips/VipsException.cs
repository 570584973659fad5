namespace Isthmus.Inference.Imaging.Vips;

/// <summary>libvips failed; the message is its reason. Never leaves this folder's callers: they say it in the user's words.</summary>
internal sealed class VipsException(string reason) : Exception(reason);

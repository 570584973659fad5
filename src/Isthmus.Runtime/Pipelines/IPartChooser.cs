namespace Isthmus.Runtime.Pipelines;

/// <summary>Says of each picture how much of it is sent, once its bytes are known exactly. Implementations are thread-safe.</summary>
public interface IPartChooser
{
    /// <summary>How many of the first bytes are sent; 0 for nothing, where that is allowed.</summary>
    int Choose(PartQuestion question);
}

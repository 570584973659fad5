namespace Isthmus.Inference.Imaging;

/// <summary>What to do with a picture that is cut off or damaged behind its header.</summary>
public enum DamagePolicy
{
    /// <summary>Refuse it.</summary>
    Refuse,

    /// <summary>Take what can be decoded: of a progressive JPEG that is cut off, the coarser picture.</summary>
    Accept,
}

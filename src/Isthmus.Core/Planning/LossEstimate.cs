namespace Isthmus.Core.Planning;

/// <summary>Which number of a setting counts as its accuracy loss.</summary>
public enum LossEstimate
{
    /// <summary>The smoothed one: what the images of the profile or the calibration showed.</summary>
    Smoothed,

    /// <summary>
    /// The upper end of its 95 % interval, where a calibration measured one, and never less than the smoothed one: what other images are unlikely to exceed. What changes
    /// no value (raw tensors, the file, lossless pictures) and changed no answer counts as the smoothed one: it has nothing to lose.
    /// </summary>
    UpperEnd,
}

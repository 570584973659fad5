namespace Isthmus.Runtime.Calibration;

/// <summary>What the un-split network says of an image.</summary>
/// <param name="First">The class that it ranks first.</param>
/// <param name="Right1">Whether that is the image's class; false without labels.</param>
/// <param name="Right5">Whether the image's class is among the first five; false without labels.</param>
internal readonly record struct ReferenceAnswer(int First, bool Right1, bool Right5);

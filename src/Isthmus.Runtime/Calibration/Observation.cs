namespace Isthmus.Runtime.Calibration;

/// <summary>What one setting made of one image.</summary>
/// <param name="Bytes">Bytes that cross.</param>
/// <param name="Answer">What the network then says.</param>
/// <param name="Encode">Milliseconds.</param>
/// <param name="Decode">Milliseconds.</param>
internal readonly record struct Observation(long Bytes, ReferenceAnswer Answer, double Encode, double Decode);

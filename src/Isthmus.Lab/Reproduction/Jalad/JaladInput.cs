namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>A form of the input, on the calibration photographs.</summary>
/// <param name="Form">The form, such as jpeg:75.</param>
/// <param name="Bytes">Mean bytes of a request.</param>
/// <param name="Loss">Its loss as planned with; 1 if it was given up.</param>
/// <param name="EncodeMs">Milliseconds to make it on the device, emulated slow-down included; null if the form was given up because it changes too much.</param>
public sealed record JaladInput(string Form, long Bytes, double Loss, double? EncodeMs);

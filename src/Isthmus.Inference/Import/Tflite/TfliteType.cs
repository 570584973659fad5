namespace Isthmus.Inference.Import.Tflite;

/// <summary>Element types of TFLite's schema, TensorType.</summary>
internal enum TfliteType
{
    Float32 = 0,
    Float16 = 1,
    Int32 = 2,
    UInt8 = 3,
    Int64 = 4,
    Text = 5,
    Bool = 6,
    Int16 = 7,
    Complex64 = 8,
    Int8 = 9,
}

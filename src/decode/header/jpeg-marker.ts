/** Marker codes of ITU-T T.81, table B.1: the byte after 0xff. Only these markers are accepted. */
export const JpegMarker = {
  SOF0_BASELINE: 0xc0,
  SOF1_EXTENDED: 0xc1,
  SOF2_PROGRESSIVE: 0xc2,
  DHT: 0xc4,
  RST0: 0xd0,
  RST7: 0xd7,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DNL: 0xdc,
  DRI: 0xdd,
  APP0: 0xe0,
  APP1: 0xe1,
  APP15: 0xef,
  COM: 0xfe,
} as const;

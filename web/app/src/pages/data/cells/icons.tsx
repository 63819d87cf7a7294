/** A sign for the kind of what is in a column. */
import {
  AudioLines,
  Braces,
  Calendar,
  Check,
  Clock,
  Hash,
  Image,
  Tag,
  Text,
  ToggleLeft,
  Users,
  Video,
} from '@labelkeep/kit';
import type { ReactNode } from 'react';
import type { Look } from '../model/columns';

export const LOOK_ICONS: Record<Look, ReactNode> = {
  id: <Hash size={13} aria-hidden="true" />,
  state: <Check size={13} aria-hidden="true" />,
  number: <Hash size={13} aria-hidden="true" />,
  score: <Hash size={13} aria-hidden="true" />,
  duration: <Clock size={13} aria-hidden="true" />,
  time: <Calendar size={13} aria-hidden="true" />,
  boolean: <ToggleLeft size={13} aria-hidden="true" />,
  people: <Users size={13} aria-hidden="true" />,
  names: <Tag size={13} aria-hidden="true" />,
  labels: <Tag size={13} aria-hidden="true" />,
  image: <Image size={13} aria-hidden="true" />,
  audio: <AudioLines size={13} aria-hidden="true" />,
  video: <Video size={13} aria-hidden="true" />,
  text: <Text size={13} aria-hidden="true" />,
  any: <Braces size={13} aria-hidden="true" />,
};
